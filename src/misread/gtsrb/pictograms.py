"""Faces of the 43 signs, drawn after the German road code; shape, colours and glyph distinguish the classes."""

from functools import cache

import numpy as np

from misread.gtsrb.canvas import (
    BLACK,
    GREY,
    RED,
    WHITE,
    YELLOW,
    Face,
    blue,
    car,
    end_of_restriction,
    person,
    ring,
    stripes,
    triangle,
    truck,
)


def _speed_limit(face: Face, digits: str) -> None:
    ring(face)
    face.text(digits, 34 if len(digits) == 2 else 25, BLACK)


def _end_of_limit(face: Face) -> None:
    end_of_restriction(face)
    face.text("80", 36, GREY)
    stripes(face)


def _no_passing(face: Face) -> None:
    ring(face)
    car(face, 37, 50, RED, 0.95)
    car(face, 63, 50, BLACK, 0.95)


def _no_passing_for_trucks(face: Face) -> None:
    ring(face)
    truck(face, 37, 50, RED, 0.8)
    car(face, 67, 52, BLACK, 0.9)


def _right_of_way(face: Face) -> None:
    triangle(face)
    face.arrow([(50, 76), (50, 32)], 8, BLACK)
    face.line([(36, 60), (64, 60)], 5, BLACK)


def _priority_road(face: Face) -> None:
    face.polygon([(50, 1), (99, 50), (50, 99), (1, 50)], WHITE)
    face.polygon([(50, 5), (95, 50), (50, 95), (5, 50)], BLACK)
    face.polygon([(50, 7), (93, 50), (50, 93), (7, 50)], WHITE)
    face.polygon([(50, 19), (81, 50), (50, 81), (19, 50)], YELLOW)


def _yield(face: Face) -> None:
    face.polygon([(1, 10), (99, 10), (50, 97)], RED)
    face.polygon([(20, 21), (80, 21), (50, 75)], WHITE)


def _stop(face: Face) -> None:
    angles = np.deg2rad(np.arange(22.5, 360, 45))
    for radius, color in ((51, WHITE), (48.5, RED)):
        face.polygon([(50 + radius * np.cos(a), 50 + radius * np.sin(a)) for a in angles], color)
    face.text("STOP", 22, WHITE)


def _no_trucks(face: Face) -> None:
    ring(face)
    truck(face, 50, 51, BLACK, 1.3)


def _no_entry(face: Face) -> None:
    face.disc(50, 50, 49, WHITE)
    face.disc(50, 50, 47, RED)
    face.polygon([(15, 41), (85, 41), (85, 59), (15, 59)], WHITE)


def _danger(face: Face) -> None:
    triangle(face)
    face.polygon([(45, 35), (55, 35), (53, 61), (47, 61)], BLACK)
    face.disc(50, 70, 4.5, BLACK)


def _curve_left(face: Face) -> None:
    triangle(face)
    face.arrow([(56, 77), (56, 58), (54, 53), (34, 48)], 7, BLACK)


def _curve_right(face: Face) -> None:
    triangle(face)
    face.arrow([(44, 77), (44, 58), (46, 53), (66, 48)], 7, BLACK)


def _double_curve(face: Face) -> None:
    triangle(face)
    face.arrow([(56, 78), (56, 68), (43, 58), (56, 48), (50, 34)], 6, BLACK)


def _bumps(face: Face) -> None:
    triangle(face)
    face.polygon([(26, 74), (74, 74), (74, 69), (26, 69)], BLACK)
    face.disc(39, 66, 9, BLACK)
    face.disc(61, 66, 9, BLACK)


def _slippery(face: Face) -> None:
    triangle(face)
    car(face, 50, 49, BLACK, 0.9)
    face.line([(38, 62), (43, 67), (37, 71), (42, 76)], 3, BLACK)
    face.line([(56, 62), (61, 67), (55, 71), (60, 76)], 3, BLACK)


def _narrows_right(face: Face) -> None:
    triangle(face)
    face.line([(39, 77), (39, 38)], 6, BLACK)
    face.line([(65, 77), (65, 66), (55, 54), (55, 38)], 6, BLACK)


def _road_works(face: Face) -> None:
    triangle(face)
    person(face, 45, 56, BLACK, 0.95)
    face.line([(38, 55), (62, 68)], 3, BLACK)
    face.polygon([(56, 77), (74, 77), (65, 66)], BLACK)


def _traffic_signals(face: Face) -> None:
    triangle(face)
    face.polygon([(42, 34), (58, 34), (58, 77), (42, 77)], BLACK)
    for y, color in ((42, RED), (55, YELLOW), (68, "#1f9a4b")):
        face.disc(50, y, 5.5, color)


def _pedestrians(face: Face) -> None:
    triangle(face)
    person(face, 50, 55, BLACK, 0.95)
    for x in (30, 43, 57, 70):
        face.line([(x, 77), (x + 3, 77)], 3, BLACK)


def _children(face: Face) -> None:
    triangle(face)
    person(face, 42, 61, BLACK, 0.75)
    person(face, 59, 63, BLACK, 0.65)


def _bicycles(face: Face) -> None:
    triangle(face)
    for x in (36, 64):
        face.arc(x, 66, 10, 0, 360, 3, BLACK)
    face.line([(36, 66), (45, 52), (58, 52), (64, 66)], 3, BLACK)
    face.line([(45, 52), (51, 66), (58, 52), (60, 46)], 3, BLACK)


def _ice(face: Face) -> None:
    triangle(face)
    for degrees in (0, 60, 120):
        dx, dy = 19 * np.cos(np.deg2rad(degrees + 90)), 19 * np.sin(np.deg2rad(degrees + 90))
        face.line([(50 - dx, 58 - dy), (50 + dx, 58 + dy)], 4, BLACK)
    face.arc(50, 58, 10, 0, 360, 2.5, BLACK)


def _wild_animals(face: Face) -> None:
    triangle(face)
    face.line([(34, 66), (52, 55), (62, 53)], 10, BLACK)
    face.line([(62, 53), (67, 44)], 6, BLACK)
    face.line([(64, 43), (60, 34)], 2.5, BLACK)
    face.line([(68, 43), (70, 34)], 2.5, BLACK)
    face.line([(34, 66), (28, 76)], 4, BLACK)
    face.line([(60, 56), (70, 66)], 4, BLACK)


def _end_of_all(face: Face) -> None:
    end_of_restriction(face)
    stripes(face)


def _turn_right(face: Face) -> None:
    blue(face)
    face.arrow([(36, 78), (36, 50), (42, 44), (82, 44)], 12, WHITE)


def _turn_left(face: Face) -> None:
    blue(face)
    face.arrow([(64, 78), (64, 50), (58, 44), (18, 44)], 12, WHITE)


def _ahead(face: Face) -> None:
    blue(face)
    face.arrow([(50, 82), (50, 14)], 13, WHITE)


def _ahead_or_right(face: Face) -> None:
    blue(face)
    face.arrow([(38, 82), (38, 16)], 10, WHITE)
    face.arrow([(38, 56), (46, 50), (82, 50)], 10, WHITE)


def _ahead_or_left(face: Face) -> None:
    blue(face)
    face.arrow([(62, 82), (62, 16)], 10, WHITE)
    face.arrow([(62, 56), (54, 50), (18, 50)], 10, WHITE)


def _keep_right(face: Face) -> None:
    blue(face)
    face.arrow([(24, 26), (75, 75)], 13, WHITE)


def _keep_left(face: Face) -> None:
    blue(face)
    face.arrow([(76, 26), (25, 75)], 13, WHITE)


def _roundabout(face: Face) -> None:
    blue(face)
    for start in (0, 120, 240):
        face.arc(50, 50, 30, start, start + 75, 9, WHITE)
        a = np.deg2rad(start + 75)
        tip = np.deg2rad(start + 105)
        face.polygon(
            [
                (50 + 35 * np.cos(a), 50 + 35 * np.sin(a)),
                (50 + 16 * np.cos(a), 50 + 16 * np.sin(a)),
                (50 + 26 * np.cos(tip), 50 + 26 * np.sin(tip)),
            ],
            WHITE,
        )


def _end_of_no_passing(face: Face) -> None:
    end_of_restriction(face)
    car(face, 36, 50, GREY, 1.0)
    car(face, 64, 50, GREY, 1.0)
    stripes(face)


def _end_of_no_passing_for_trucks(face: Face) -> None:
    end_of_restriction(face)
    truck(face, 35, 50, GREY, 0.95)
    car(face, 68, 52, GREY, 1.0)
    stripes(face)


_SPEED_LIMITS = {0: "20", 1: "30", 2: "50", 3: "60", 4: "70", 5: "80", 7: "100", 8: "120"}
_DRAWINGS = {
    6: _end_of_limit,
    9: _no_passing,
    10: _no_passing_for_trucks,
    11: _right_of_way,
    12: _priority_road,
    13: _yield,
    14: _stop,
    15: ring,
    16: _no_trucks,
    17: _no_entry,
    18: _danger,
    19: _curve_left,
    20: _curve_right,
    21: _double_curve,
    22: _bumps,
    23: _slippery,
    24: _narrows_right,
    25: _road_works,
    26: _traffic_signals,
    27: _pedestrians,
    28: _children,
    29: _bicycles,
    30: _ice,
    31: _wild_animals,
    32: _end_of_all,
    33: _turn_right,
    34: _turn_left,
    35: _ahead,
    36: _ahead_or_right,
    37: _ahead_or_left,
    38: _keep_right,
    39: _keep_left,
    40: _roundabout,
    41: _end_of_no_passing,
    42: _end_of_no_passing_for_trucks,
}


@cache
def face_of(class_id: int) -> np.ndarray:
    """The face of a class, seen straight on: uint8, ``(SIDE, SIDE, 4)``, RGBA, transparent around the sign."""
    face = Face()
    if class_id in _SPEED_LIMITS:
        _speed_limit(face, _SPEED_LIMITS[class_id])
    else:
        _DRAWINGS[class_id](face)
    return face.finished()
