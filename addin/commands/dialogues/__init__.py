"""What a press asks where one question is not enough, one module per group of the ribbon.

Each function is given the desk and the selected settlements, asks, acts, and returns the outcome; the declaration of
its button names it (`addin.commands.registry`).
"""
