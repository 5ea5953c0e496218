"""`python -m sweeps`; a worker of this machine imports this module, too, and nothing else of it."""

if __name__ == "__main__":
    from sweeps.command import main

    main()
