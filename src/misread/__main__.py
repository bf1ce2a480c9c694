"""`python -m misread`, which is the command `misread`."""

from misread.own.command import main

if __name__ == "__main__":
    main()
