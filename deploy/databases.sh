#!/bin/sh
# Creates roles and databases on an empty PostgreSQL; its image runs this once, as superuser. There are two roles, so
# that neither the service nor Temporal can read the other's data.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc --quiet --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\getenv temporal_password TEMPORAL_DB_PASSWORD
\getenv service_password SERVICE_DB_PASSWORD
create role temporal login password :'temporal_password';
create role auto_promotion login password :'service_password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
create database auto_promotion owner auto_promotion;
revoke connect on database temporal, temporal_visibility, auto_promotion from public;
\connect auto_promotion
-- Only a superuser may create it.
create extension vector;
SQL
