"""What a user can cause, said in one line."""


class WarehouseError(Exception):
    """An error whose message tells the user what to do."""


class StatementError(Exception):
    """A statement that failed, as a Databricks client is to see it.

    Attributes:
        message: What the engine said, its error class in brackets first.
        sql_state: The five characters of the SQL standard.
    """

    def __init__(self, message: str, sql_state: str = "HY000") -> None:
        """Keep the message and the state."""
        super().__init__(message)
        self.message = message
        self.sql_state = sql_state
