"""The launcher: `python -m config.launcher` starts, watches, restarts and stops every process of one Kontor.

One thread, one loop: children are forked only from here, so a child can be told to die with us without the hazards of
forking beside other threads.
"""
