#!/bin/sh
# Creates Temporal's tables, or updates them to a newer version; safe to run at every start. The tool reads SQL_HOST,
# SQL_PORT, SQL_USER and SQL_PASSWORD, and contains the schema of its own version.
set -eu
export SQL_PLUGIN=postgres12
for part in temporal visibility; do
  case $part in
    temporal) SQL_DATABASE=temporal ;;
    visibility) SQL_DATABASE=temporal_visibility ;;
  esac
  export SQL_DATABASE
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-name "postgresql/v12/$part"
done
