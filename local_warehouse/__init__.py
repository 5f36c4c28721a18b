"""A Databricks SQL warehouse on this machine: its protocol, real Spark + Delta behind it.

Clients (dbt-databricks, the Databricks SQL connector, BI tools) connect as they do to a
workspace. `docs/local-warehouse.md` says what is like Databricks and what is not.
"""
