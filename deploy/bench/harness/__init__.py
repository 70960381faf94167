"""Runs redis-benchmark against Balsa and redis-server in turn, and compares."""
