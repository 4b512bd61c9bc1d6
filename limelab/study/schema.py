"""The database of a store: its file, its tables and their version; it opens none."""

from __future__ import annotations

DATABASE = "store.sqlite"
LOCK = "lock.sqlite"
NEW = "store.sqlite.new"
APPLICATION = 0x6C696D65  # "lime", in SQLite's own field for "whose file is this"
SCHEMA_VERSION = 1
SCHEMA = f"""
PRAGMA journal_mode = WAL;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA_VERSION};
CREATE TABLE blocks (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, meta TEXT NOT NULL,
    queries TEXT NOT NULL, seconds REAL NOT NULL, digest TEXT, size INTEGER NOT NULL);
CREATE TABLE failures (
    key TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, error TEXT NOT NULL);
CREATE TABLE studies (stem TEXT PRIMARY KEY, first_data TEXT NOT NULL);
CREATE TABLE claims (
    study TEXT NOT NULL, hash TEXT NOT NULL, status TEXT NOT NULL, seen TEXT NOT NULL,
    PRIMARY KEY (study, hash));
CREATE TABLE manifest (
    study TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (study, key));
"""
TABLES = frozenset({"blocks", "failures", "studies", "claims", "manifest"})
