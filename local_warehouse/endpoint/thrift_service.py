"""The calls of `TCLIService`, the Thrift protocol of Databricks SQL warehouses.

Types and serialisation come from databricks-sql-connector, the client's own library.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from databricks.sql.thrift_api.TCLIService import TCLIService, ttypes

from local_warehouse.bridge.interpreter import Interpreter
from local_warehouse.catalog import metadata
from local_warehouse.endpoint.operations import Operation, Operations, State, Work
from local_warehouse.endpoint.results import OK, Wanted
from local_warehouse.endpoint.results import metadata as result_metadata
from local_warehouse.errors import StatementError
from local_warehouse.spark_errors import as_statement_error
from local_warehouse.sql.parameters import bound_parameters

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PROTOCOL = ttypes.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V8
SERVER_NAME = "Local warehouse"
# How long a statement may take to be answered in one call.
DIRECT_SECONDS = 5.0
# How long a question for the status waits. Short: while the connector asks, it cannot
# send a cancellation.
STATUS_SECONDS = 0.25
STATES = {
    State.PENDING: ttypes.TOperationState.PENDING_STATE,
    State.RUNNING: ttypes.TOperationState.RUNNING_STATE,
    State.FINISHED: ttypes.TOperationState.FINISHED_STATE,
    State.FAILED: ttypes.TOperationState.ERROR_STATE,
    State.CANCELLED: ttypes.TOperationState.CANCELED_STATE,
}
# Calls of the protocol that no client of ours needs: they say so.
UNSUPPORTED = {
    "GetTypeInfo": ttypes.TGetTypeInfoResp,
    "GetTableTypes": ttypes.TGetTableTypesResp,
    "GetFunctions": ttypes.TGetFunctionsResp,
    "GetPrimaryKeys": ttypes.TGetPrimaryKeysResp,
    "GetCrossReference": ttypes.TGetCrossReferenceResp,
    "GetDelegationToken": ttypes.TGetDelegationTokenResp,
    "CancelDelegationToken": ttypes.TCancelDelegationTokenResp,
    "RenewDelegationToken": ttypes.TRenewDelegationTokenResp,
}
# What clients set for each session and what it is called here; None: nothing to do.
CONFIGURATION = {
    "timezone": "spark.sql.session.timeZone",
    "ansi_mode": "spark.sql.ansi.enabled",
    "query_tags": None,
    "spark.thriftserver.arrowbasedrowset.timestampasstring": None,
}


@dataclass
class ThriftSession:
    """A client's connection with its own Spark session: settings, temporary views."""

    id: bytes
    spark: SparkSession

    @property
    def name(self) -> str:
        """The id as the statement log shows it."""
        return self.id.hex()


@dataclass(frozen=True)
class Call:
    """A call that starts an operation: its response, and the operation's kind."""

    response: Callable[..., Any]
    kind: int


class ThriftService:
    """Answers the calls; what fails is said in the status of the response.

    Args:
        spark: The session that all others are made from.
        interpreter: Runs statements.
        operations: Keeps running statements.
    """

    def __init__(
        self, spark: SparkSession, interpreter: Interpreter, operations: Operations
    ) -> None:
        """Start without sessions."""
        self._spark = spark
        self._interpreter = interpreter
        self._operations = operations
        self._sessions: dict[bytes, ThriftSession] = {}
        for call, response in UNSUPPORTED.items():
            setattr(self, call, _unsupported(call, response))

    def processor(self) -> Any:
        """Return what turns a serialised call into a serialised answer."""
        return TCLIService.Processor(self)

    # Sessions.

    def OpenSession(self, request: Any) -> Any:  # noqa: N802
        """Open a session in the catalog and schema that the client names."""
        session = ThriftSession(uuid.uuid4().bytes, self._spark.newSession())
        try:
            configure(session.spark, request.configuration or {})
            self._use(session.spark, request.initialNamespace)
        except Exception as error:
            return ttypes.TOpenSessionResp(
                status=_failed(as_statement_error(error)),
                serverProtocolVersion=PROTOCOL,
            )
        self._sessions[session.id] = session
        return ttypes.TOpenSessionResp(
            status=OK,
            serverProtocolVersion=PROTOCOL,
            sessionHandle=ttypes.TSessionHandle(
                sessionId=_handle_identifier(session.id),
                serverProtocolVersion=PROTOCOL,
            ),
            configuration={},
            canUseMultipleCatalogs=True,
            initialNamespace=request.initialNamespace,
        )

    def _use(self, spark: SparkSession, namespace: Any) -> None:
        """Go to the catalog and, once it exists, the schema that a client starts in."""
        if namespace is None:
            return
        if namespace.catalogName:
            self._interpreter.run(spark, f"use catalog `{namespace.catalogName}`")
        schema = namespace.schemaName
        if schema and spark.catalog.databaseExists(schema):
            spark.catalog.setCurrentDatabase(schema)

    def CloseSession(self, request: Any) -> Any:  # noqa: N802
        """Close a session and whatever it runs."""
        session = self._sessions.pop(request.sessionHandle.sessionId.guid, None)
        if session is None:
            return ttypes.TCloseSessionResp(status=_invalid("session"))
        self._operations.close_session(session.name)
        return ttypes.TCloseSessionResp(status=OK)

    def GetInfo(self, request: Any) -> Any:  # noqa: N802
        """Say what server this is."""
        kinds = ttypes.TGetInfoType
        values = {
            kinds.CLI_SERVER_NAME: SERVER_NAME,
            kinds.CLI_DBMS_NAME: "Spark SQL",
            kinds.CLI_DBMS_VER: self._spark.version,
        }
        value = values.get(request.infoType)
        if value is None:
            return ttypes.TGetInfoResp(
                status=_failed(StatementError("This information is not known here.")),
                infoValue=ttypes.TGetInfoValue(stringValue=""),
            )
        return ttypes.TGetInfoResp(
            status=OK, infoValue=ttypes.TGetInfoValue(stringValue=value)
        )

    # Statements and metadata.

    def ExecuteStatement(self, request: Any) -> Any:  # noqa: N802
        """Start a statement; answer with its rows where they come at once."""
        types = request.useArrowNativeTypes
        wanted = Wanted(
            nested=bool(types and types.complexTypesAsArrow),
            row_limit=request.resultRowLimit,
        )

        def work(spark: SparkSession) -> Any:
            parameters = bound_parameters(request.parameters or [])
            return self._interpreter.run(spark, request.statement, parameters)

        return self._start(
            request,
            Call(ttypes.TExecuteStatementResp, ttypes.TOperationType.EXECUTE_STATEMENT),
            request.statement,
            work,
            wanted,
        )

    def GetCatalogs(self, request: Any) -> Any:  # noqa: N802
        """List the catalogs."""
        return self._start(
            request,
            Call(ttypes.TGetCatalogsResp, ttypes.TOperationType.GET_CATALOGS),
            "GetCatalogs",
            lambda spark: metadata.catalogs(),
        )

    def GetSchemas(self, request: Any) -> Any:  # noqa: N802
        """List schemas by pattern."""
        return self._start(
            request,
            Call(ttypes.TGetSchemasResp, ttypes.TOperationType.GET_SCHEMAS),
            "GetSchemas",
            lambda spark: metadata.schemas(
                spark, request.catalogName, request.schemaName
            ),
        )

    def GetTables(self, request: Any) -> Any:  # noqa: N802
        """List tables and views by pattern."""
        return self._start(
            request,
            Call(ttypes.TGetTablesResp, ttypes.TOperationType.GET_TABLES),
            "GetTables",
            lambda spark: metadata.tables(
                spark,
                request.catalogName,
                request.schemaName,
                request.tableName,
                request.tableTypes,
            ),
        )

    def GetColumns(self, request: Any) -> Any:  # noqa: N802
        """List columns by pattern."""
        return self._start(
            request,
            Call(ttypes.TGetColumnsResp, ttypes.TOperationType.GET_COLUMNS),
            "GetColumns",
            lambda spark: metadata.columns(
                spark,
                request.catalogName,
                request.schemaName,
                request.tableName,
                request.columnName,
            ),
        )

    def _start(
        self,
        request: Any,
        call: Call,
        statement: str,
        work: Callable[[SparkSession], Any],
        wanted: Wanted | None = None,
    ) -> Any:
        session = self._sessions.get(request.sessionHandle.sessionId.guid)
        if session is None:
            return call.response(status=_invalid("session"))
        operation = Operation(
            session.name, statement, session.spark, wanted or Wanted()
        )
        started: Work = lambda: work(session.spark)  # noqa: E731
        self._operations.start(operation, started)
        direct = None
        if request.getDirectResults is not None:
            operation.ended.wait(DIRECT_SECONDS)
            direct = self._direct_results(operation, request.getDirectResults)
        return call.response(
            status=OK,
            operationHandle=ttypes.TOperationHandle(
                operationId=_handle_identifier(operation.id),
                operationType=call.kind,
                hasResultSet=True,
            ),
            directResults=direct,
        )

    def _direct_results(self, operation: Operation, limits: Any) -> Any:
        """Return status and first page, and the whole life where that is all."""
        results = ttypes.TSparkDirectResults(operationStatus=_status(operation))
        if operation.state is State.FINISHED and operation.pages is not None:
            pages = operation.pages
            results.resultSetMetadata = result_metadata(pages.table)
            results.resultSet = pages.next(limits.maxRows, limits.maxBytes)
            if pages.is_read:
                self._operations.close(operation)
                results.closeOperation = ttypes.TCloseOperationResp(status=OK)
        elif operation.state.is_final:
            self._operations.close(operation)
        return results

    # Running operations.

    def GetOperationStatus(self, request: Any) -> Any:  # noqa: N802
        """Wait a little for an operation to end, and say how far it is."""
        operation = self._find(request)
        if operation is None:
            return ttypes.TGetOperationStatusResp(status=_invalid("operation"))
        operation.ended.wait(STATUS_SECONDS)
        return _status(operation)

    def CancelOperation(self, request: Any) -> Any:  # noqa: N802
        """Cancel an operation; one that has ended stays as it is."""
        operation = self._find(request)
        if operation is None:
            return ttypes.TCancelOperationResp(status=_invalid("operation"))
        self._operations.cancel(operation)
        return ttypes.TCancelOperationResp(status=OK)

    def CloseOperation(self, request: Any) -> Any:  # noqa: N802
        """Forget an operation and its rows; one that is closed stays closed."""
        operation = self._find(request)
        if operation is not None:
            self._operations.close(operation)
        return ttypes.TCloseOperationResp(status=OK)

    def GetResultSetMetadata(self, request: Any) -> Any:  # noqa: N802
        """Describe the columns of an operation's rows."""
        operation = self._find(request)
        if operation is None or operation.pages is None:
            return ttypes.TGetResultSetMetadataResp(status=_no_rows(operation))
        return result_metadata(operation.pages.table)

    def FetchResults(self, request: Any) -> Any:  # noqa: N802
        """Hand out the next page of an operation's rows."""
        operation = self._find(request)
        if operation is None or operation.pages is None:
            return ttypes.TFetchResultsResp(status=_no_rows(operation))
        page = operation.pages.next(request.maxRows, request.maxBytes)
        if request.includeResultSetMetadata:
            page.resultSetMetadata = result_metadata(operation.pages.table)
        return page

    def _find(self, request: Any) -> Operation | None:
        return self._operations.find(request.operationHandle.operationId.guid)


def configure(spark: SparkSession, configuration: Mapping[str, str]) -> None:
    """Set what a client asks for its session.

    Raises:
        StatementError: Where a setting is not known, or is not a session's to change.
    """
    for key, value in configuration.items():
        known = CONFIGURATION.get(key.lower(), key)
        if known is None:
            continue
        if not known.startswith("spark."):
            raise StatementError(
                f"[CONFIG_NOT_AVAILABLE] Configuration {key} is not available.", "42K0I"
            )
        try:
            spark.conf.set(known, value)
        except Exception as error:
            raise as_statement_error(error) from error


def _unsupported(call: str, response: Callable[..., Any]) -> Callable[[Any], Any]:
    error = StatementError(f"{call} is not supported by the local warehouse.", "0A000")
    return lambda request: response(status=_failed(error))


def _handle_identifier(identifier: bytes) -> Any:
    # The bearer token guards the session; the protocol's secret adds nothing.
    return ttypes.THandleIdentifier(guid=identifier, secret=bytes(16))


def _failed(error: StatementError) -> Any:
    return ttypes.TStatus(
        statusCode=ttypes.TStatusCode.ERROR_STATUS,
        errorMessage=error.message,
        displayMessage=error.message,
        sqlState=error.sql_state,
    )


def _invalid(what: str) -> Any:
    message = f"[INVALID_HANDLE] There is no such {what}: it was closed."
    return ttypes.TStatus(
        statusCode=ttypes.TStatusCode.INVALID_HANDLE_STATUS,
        errorMessage=message,
        displayMessage=message,
        sqlState="HY000",
    )


def _no_rows(operation: Operation | None) -> Any:
    if operation is None:
        return _invalid("operation")
    error = operation.error or StatementError("The statement has not ended.", "HY010")
    return _failed(error)


def _status(operation: Operation) -> Any:
    status = ttypes.TGetOperationStatusResp(
        status=OK, operationState=STATES[operation.state], hasResultSet=True
    )
    if operation.error is not None:
        status.errorMessage = operation.error.message
        status.displayMessage = operation.error.message
        status.sqlState = operation.error.sql_state
    return status
