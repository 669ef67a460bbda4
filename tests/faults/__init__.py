"""What goes wrong in the world, done to a real newsroom on purpose; docs/faults.md says which test shows what.

Those that take minutes are marked ``bench`` and run by ``make faults``, with their progress.
"""
