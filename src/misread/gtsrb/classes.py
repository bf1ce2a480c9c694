"""The 43 classes of GTSRB: their names, and the class of each sign's mirror image."""

NAMES: tuple[str, ...] = (
    "speed limit 20",
    "speed limit 30",
    "speed limit 50",
    "speed limit 60",
    "speed limit 70",
    "speed limit 80",
    "end of speed limit 80",
    "speed limit 100",
    "speed limit 120",
    "no passing",
    "no passing for trucks",
    "right of way at crossing",
    "priority road",
    "yield",
    "stop",
    "no vehicles",
    "no trucks",
    "no entry",
    "general danger",
    "curve left",
    "curve right",
    "double curve",
    "bumpy road",
    "slippery road",
    "road narrows right",
    "road works",
    "traffic signals",
    "pedestrians",
    "children",
    "bicycles",
    "ice or snow",
    "wild animals",
    "end of all limits",
    "turn right",
    "turn left",
    "ahead only",
    "ahead or right",
    "ahead or left",
    "keep right",
    "keep left",
    "roundabout",
    "end of no passing",
    "end of no passing for trucks",
)

COUNT = len(NAMES)

# Class -> class of its mirror image: the same class for a symmetric sign, the opposite class for a left or right sign.
# Only classes listed here may be flipped. Signs with digits, letters or asymmetric figures are not listed.
MIRRORED_LEFT_TO_RIGHT: dict[int, int] = {
    **{symmetric: symmetric for symmetric in (11, 12, 13, 15, 17, 18, 22, 26, 35)},
    19: 20,
    20: 19,
    33: 34,
    34: 33,
    36: 37,
    37: 36,
    38: 39,
    39: 38,
}
MIRRORED_TOP_TO_BOTTOM: dict[int, int] = {symmetric: symmetric for symmetric in (12, 15, 17)}
