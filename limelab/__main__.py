"""`python -m limelab` is the command `limelab`; it holds nothing of its own."""

from limelab.cli import main

if __name__ == "__main__":
    main()
