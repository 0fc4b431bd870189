"""What one would write with DuckDB. The state is a Parquet file with the digests of the last time."""

import os
import sys
from pathlib import Path

import duckdb

from measured import Watch


def run(table, directory):
    state, adds, removes, following = (
        directory / f"{name}.parquet" for name in ("state", "adds", "removes", "next")
    )
    connection = duckdb.connect()
    connection.execute(f"SET threads = {len(os.sched_getaffinity(0))}")
    connection.execute("SET preserve_insertion_order = false")

    def copy(query, path):
        # Digests cannot be compressed.
        return connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION uncompressed)").fetchone()[0]

    watch = Watch()
    connection.execute(
        f"CREATE TEMP TABLE now AS SELECT DISTINCT unhex(sha256(lower(trim(email)))) AS digest FROM read_parquet('{table}')"
    )
    read = watch.lap()
    before = f"read_parquet('{state}')" if state.exists() else "(SELECT digest FROM now LIMIT 0)"
    added = copy(f"SELECT digest FROM now ANTI JOIN {before} AS before USING (digest)", adds)
    removed = copy(f"SELECT digest FROM {before} AS before ANTI JOIN now USING (digest)", removes)
    plan = watch.lap()
    copy("SELECT digest FROM now", following)
    following.replace(state)
    commit = watch.lap()
    watch.report(read=read, plan=plan, commit=commit, adds=added, removes=removed)


if len(sys.argv) == 1:
    print(f"DuckDB {duckdb.__version__}")
else:
    run(Path(sys.argv[1]), Path(sys.argv[2]))
