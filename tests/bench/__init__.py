"""Benchmarks. Commands, not tests: `make bench [ONLY=name]` prints one line per goal.

A ratio compares two things measured in the same run, in turns, on the same database; only ratios travel between machines.
"""
