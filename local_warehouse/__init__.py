"""A Databricks SQL warehouse on this machine: its protocol, and real Spark + Delta.

Clients (dbt-databricks, the Databricks SQL connector, BI tools) connect as they do to a
workspace. `docs/local-warehouse.md` says what is like Databricks and what is not.
"""
