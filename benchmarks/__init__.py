"""What Hansa costs, each figure against a limit or a peer in the same run.

    python -m benchmarks [NAME ...] [--runs N] [--json FILE] [--patience SECONDS] [--small]

Each benchmark is one module that opens with its claim, the size, and why that size is real. Contenders take turns (limit, hansa,
limit, hansa, …), each in a process of its own, whose wall and processor seconds and peak memory the system counts. What is
promised is a ratio or a bound with its verdict; what is only shown carries no verdict. A missed bound is a finding, not a
failure: the exit code says only whether everything could be run.
"""
