"""The kinds of things that rules may name, and what people call them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.camera import ZoneKind
from schemas.words import Words


@dataclass(frozen=True, slots=True)
class Name:
    """`zh` with its measure word; in English one of them and several."""

    zh: str
    measure: str
    en: str
    en_many: str

    def counted(self, many: int) -> Words:
        """So many of them."""
        return Words(f"{many}{self.measure}{self.zh}", f"{many} {self._en(many)}")

    def _en(self, many: int) -> str:
        return self.en if many == 1 else self.en_many


KINDS: Final[Mapping[str, Name]] = {
    "person": Name("人员", "名", "person", "people"),
    "vehicle": Name("机动车", "辆", "vehicle", "vehicles"),
    "stall": Name("摊位", "个", "stall", "stalls"),
    "umbrella": Name("遮阳伞", "把", "umbrella", "umbrellas"),
    "tricycle": Name("三轮车", "辆", "tricycle", "tricycles"),
    "goods": Name("堆放的物品", "处", "pile of goods", "piles of goods"),
    "bicycle": Name("自行车", "辆", "bicycle", "bicycles"),
    "motorcycle": Name("摩托车", "辆", "motorcycle", "motorcycles"),
    "rubbish": Name("垃圾", "处", "heap of rubbish", "heaps of rubbish"),
    "banner": Name("横幅", "条", "banner", "banners"),
    "smoke": Name("烟雾", "处", "plume of smoke", "plumes of smoke"),
    "flame": Name("明火", "处", "flame", "flames"),
    "waste-truck-uncovered": Name(
        "未密闭的渣土车", "辆", "uncovered waste truck", "uncovered waste trucks"
    ),
    "left-thing": Name("遗留物", "件", "thing left behind", "things left behind"),
    "wheelchair": Name("轮椅", "辆", "wheelchair", "wheelchairs"),
    "pram": Name("婴儿车", "辆", "pram", "prams"),
    "sweeper": Name("清扫车", "辆", "street sweeper", "street sweepers"),
}

ZONE_NAMES: Final[Mapping[ZoneKind, Words]] = {
    ZoneKind.NO_VENDING: Words("禁止设摊区", "no-vending ground"),
    ZoneKind.FIRE_LANE: Words("消防车通道", "fire lane"),
    ZoneKind.PAVEMENT: Words("人行道", "pavement"),
    ZoneKind.SHOP_FRONT: Words("店铺门前", "shop front"),
    ZoneKind.WATCHED: Words("关注区域", "watched ground"),
    ZoneKind.NO_STOPPING: Words("禁停区", "no-stopping ground"),
    ZoneKind.BLIND_TRACK: Words("盲道", "blind track"),
    ZoneKind.EXIT: Words("安全出口", "exit"),
    ZoneKind.CLOSED: Words("封闭区域", "closed ground"),
    ZoneKind.WALL: Words("墙面", "wall"),
}


def named(kinds: Iterable[str]) -> Words:
    """Their names, in the order of the list above, without numbers."""
    known = [KINDS[kind] for kind in KINDS if kind in set(kinds)]
    return Words("、".join(name.zh for name in known), ", ".join(name.en for name in known))


def counted(kinds: Iterable[str]) -> Words:
    """How many of which, as people say it; a kind without a name stands for itself."""
    found = Counter(kinds)
    order = [*(kind for kind in KINDS if kind in found), *sorted(found.keys() - KINDS.keys())]
    told = [_counted(kind, found[kind]) for kind in order]
    if not told:
        return Words("无", "nothing")
    return Words("、".join(each.zh for each in told), ", ".join(each.en for each in told))


def _counted(kind: str, many: int) -> Words:
    if kind not in KINDS:
        return Words(f"{many}个{kind}", f"{many} {kind}")
    return KINDS[kind].counted(many)
