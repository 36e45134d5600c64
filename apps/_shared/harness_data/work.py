"""Work for the processor, in plain Python: while a thread does it, no other thread of the interpreter runs."""

FACTOR, ADDED, MODULUS = 6364136223846793005, 1442695040888963407, 2**64


def computed(work: int, seed: int) -> dict[str, int]:
    """A linear congruential generator, `work` steps on from the seed, as the contract's object."""
    result = seed
    for _ in range(work):
        result = (FACTOR * result + ADDED) % MODULUS
    return {"seed": seed, "result": result}
