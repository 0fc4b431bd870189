"""What one would write with Polars. The state is a Parquet file with the digests of the last time."""

import hashlib
import sys
from importlib.metadata import version
from pathlib import Path

import polars as pl

from measured import Watch

EMAIL = pl.col("email").str.strip_chars().str.to_lowercase()


def by_plugin(texts):
    """The digests of a column of texts, by the plugin."""
    return texts.chash.sha2_256().str.decode("hex")


def by_hashlib(texts):
    """The same by Python, one after the other."""
    digests = lambda texts: pl.Series([hashlib.sha256(text.encode()).digest() for text in texts], dtype=pl.Binary)
    return texts.map_batches(digests, return_dtype=pl.Binary)


def hashing():
    """How to hash here, and what that is called."""
    try:
        import polars_hash  # Expressions have `chash` from now on.

        pl.select(by_plugin(pl.lit("a")))
        return by_plugin, f"polars-hash {version('polars-hash')}"
    except Exception as error:
        return by_hashlib, f"hashlib, for polars-hash does not work ({type(error).__name__})"


def run(table, directory, sha256):
    state, adds, removes, following = (
        directory / f"{name}.parquet" for name in ("state", "adds", "removes", "next")
    )

    def write(frame, path):
        # Digests cannot be compressed.
        frame.write_parquet(path, compression="uncompressed")
        return frame.height

    watch = Watch()
    now = pl.scan_parquet(table).select(sha256(EMAIL).alias("digest")).unique().collect(engine="streaming")
    read = watch.lap()
    before = pl.read_parquet(state) if state.exists() else now.clear()
    added = write(now.join(before, on="digest", how="anti"), adds)
    removed = write(before.join(now, on="digest", how="anti"), removes)
    plan = watch.lap()
    write(now, following)
    following.replace(state)
    commit = watch.lap()
    watch.report(read=read, plan=plan, commit=commit, adds=added, removes=removed)


how, name = hashing()
if len(sys.argv) == 1:
    print(f"Polars {pl.__version__}, {name}")
else:
    run(Path(sys.argv[1]), Path(sys.argv[2]), how)
