"""Draw what each latent axis does."""

from pathlib import Path

from figures import traversal as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style, Traversal
from pipeline.run import run
from vae import pictures
from vae.files import records
from vae.files.dataset import Classes


def main(decoded: Path, classes: Path, figure: Path, *, traversal: Traversal, style: Style) -> None:
    """One row for each axis, by falling KL; for a conditional model one for each class as well."""
    shown = records.load(pictures.Traversal, decoded)
    known = Classes.load(classes, range(len(shown.mean) // len(shown.axis)))
    names = [
        f"$z_{{{axis + 1}}}$   {kl:.2f} nats" for axis, kl in zip(shown.axis, shown.kl, strict=True)
    ]
    each = len(known.names) if shown.conditional else 1
    drawn = figures.draw(
        shown.mean,
        names=[name for name in names for _ in range(each)],
        class_names=[*known.names] * len(names) if shown.conditional else None,
        active=shown.active.repeat(each),
        limit=traversal.limit,
        title=f"Latent traversals: {decoded.parent.name} on {known.dataset}",
        dpi=style.dpi,
    )
    caption = figures.caption(
        active=int(shown.active.sum()), latent_dim=len(shown.active), conditional=shown.conditional
    )
    with atomic_write(figure) as file:
        save(drawn, file, caption)


if __name__ == "__main__":
    run(main)
