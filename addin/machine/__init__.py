"""Cogsheet on one computer: the environment that the workbook's buttons run in, and what Excel must allow.

Everything that differs between computers (system, environment variables, programs that are run, Windows' registry) is a
`Computer` that is passed in.
"""
