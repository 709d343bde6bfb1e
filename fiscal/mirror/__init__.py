"""The mirror: makes what is desired true at the providers, pass by pass, level-triggered.

`plan` says what a pass can decide, `engine` runs one pass, `kinds` know one kind of object each, `registry` lists them.
"""
