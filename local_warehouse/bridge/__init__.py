"""Databricks statements in terms of open-source Spark; `rules` is the table of them."""
