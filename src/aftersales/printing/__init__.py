"""Papers: what was printed is frozen with its hash when issued; a reprint shows the same content as a numbered copy.

Owns Paper, PaperCopy, the register of printouts and the typst templates. What a paper contains is each app's
`printouts.py`.
"""
