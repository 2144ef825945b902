"""`script/demo`: a citizens' initiative lives its whole life through the actions that the pages use, then it is served.

`play` is the stage manager and knows no Django; `server` is the commune's machine, one process a phase. The credential
authority, the trustees, the voters and the outsider are processes of their own, each with a folder of its own.
`population` invents the residents.
"""
