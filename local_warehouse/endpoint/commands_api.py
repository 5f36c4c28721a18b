"""The Command Execution API, over which dbt submits Python models.

There is one "cluster", it is always running, and any cluster id means it.
"""

from __future__ import annotations

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_warehouse.endpoint.commands import Commands

# Clients ask every ten seconds: an answer that waits a little spares them the pause.
WAIT_SECONDS = 20.0


class MalformedBodyError(ValueError):
    """The body of a request is no JSON object."""


class CommandsApi:
    """The HTTP endpoints, one method each."""

    def __init__(self, commands: Commands) -> None:
        """Serve the commands of one warehouse."""
        self._commands = commands

    def routes(self) -> list[Route]:
        """Return method, path and endpoint of each."""
        endpoints = [
            ("GET", "/api/2.1/clusters/get", self.cluster),
            ("GET", "/api/2.0/libraries/cluster-status", self.libraries),
            ("POST", "/api/1.2/contexts/create", self.create_context),
            ("GET", "/api/1.2/contexts/status", self.context_status),
            ("POST", "/api/1.2/contexts/destroy", self.destroy_context),
            ("POST", "/api/1.2/commands/execute", self.execute),
            ("GET", "/api/1.2/commands/status", self.command_status),
            ("POST", "/api/1.2/commands/cancel", self.cancel),
        ]
        return [
            Route(path, endpoint, methods=[method])
            for method, path, endpoint in endpoints
        ]

    async def cluster(self, request: Request) -> Response:
        """Say that the cluster runs."""
        identifier = request.query_params.get("cluster_id", "local")
        return JSONResponse({"cluster_id": identifier, "state": "RUNNING"})

    async def libraries(self, request: Request) -> Response:
        """Say that no library is being installed."""
        identifier = request.query_params.get("cluster_id", "local")
        return JSONResponse({"cluster_id": identifier, "library_statuses": []})

    async def create_context(self, request: Request) -> Response:
        """Open a context for Python."""
        language = (await texts(request)).get("language", "python")
        if language != "python":
            return problem(f"Contexts are for python here, not for {language}.")
        context = await run_in_threadpool(self._commands.create_context)
        return JSONResponse({"id": context.id})

    async def context_status(self, request: Request) -> Response:
        """Say that a context runs."""
        context = self._commands.context(request.query_params.get("contextId", ""))
        if context is None:
            return missing("context")
        return JSONResponse({"id": context.id, "status": "Running"})

    async def destroy_context(self, request: Request) -> Response:
        """Close a context, with the commands in it."""
        body = await texts(request)
        context = self._commands.context(body.get("contextId", ""))
        if context is None:
            return missing("context")
        await run_in_threadpool(self._commands.destroy_context, context)
        return JSONResponse({"id": context.id})

    async def execute(self, request: Request) -> Response:
        """Start a command in a context."""
        body = await texts(request)
        context = self._commands.context(body.get("contextId", ""))
        if context is None:
            return missing("context")
        command = self._commands.execute(context, body.get("command", ""))
        return JSONResponse({"id": command.id})

    async def command_status(self, request: Request) -> Response:
        """Wait a little for a command to end, and say how it is."""
        command = self._commands.command(request.query_params.get("commandId", ""))
        if command is None:
            return missing("command")
        await run_in_threadpool(command.ended.wait, WAIT_SECONDS)
        return JSONResponse(command.as_json())

    async def cancel(self, request: Request) -> Response:
        """Cancel a command."""
        body = await texts(request)
        command = self._commands.command(body.get("commandId", ""))
        if command is None:
            return missing("command")
        await run_in_threadpool(self._commands.cancel, command)
        return JSONResponse({"id": command.id})


async def texts(request: Request) -> dict[str, str]:
    """Return the fields of a JSON object that are texts.

    Raises:
        MalformedBodyError: The body is none.
    """
    try:
        body = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise MalformedBodyError(str(error)) from error
    if not isinstance(body, dict):
        raise MalformedBodyError(f"a {type(body).__name__} came")
    return {name: text for name, text in body.items() if isinstance(text, str)}


def missing(what: str) -> Response:
    """Answer that there is no such thing."""
    return problem(f"There is no such {what}.", "RESOURCE_DOES_NOT_EXIST", 404)


def problem(
    message: str, code: str = "INVALID_PARAMETER_VALUE", status: int = 400
) -> Response:
    """Answer as Databricks' REST APIs do when something is wrong."""
    return JSONResponse({"error_code": code, "message": message}, status)
