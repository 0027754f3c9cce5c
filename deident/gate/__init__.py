"""The publish gate: what goes online now, checked before it does.

document.py    one document, from a file or standard input (`deident check`)
"""
