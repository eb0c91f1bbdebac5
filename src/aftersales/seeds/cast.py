"""The people of the demo dealer and of the tests: two stations in two regions, each post held by a named person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from django.contrib.auth.hashers import make_password

from aftersales.accounts import grants
from aftersales.accounts.actors import actor_for
from aftersales.accounts.models import Membership, Role, User
from aftersales.accounts.services import load_roles
from aftersales.core.actor import Actor
from aftersales.network.choices import BayKind
from aftersales.network.models import Bay, Headquarters, OpeningHours, Region, Station, Team
from aftersales.network.rules import business_date
from aftersales.staff.choices import CertificateKind, Post
from aftersales.staff.models import Certificate, Skill, StaffMember

EMPLOYED_ON: Final = date(2020, 1, 1)
CERTIFIED_UNTIL: Final = date(2036, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the cast: sign-in name, name, roles, station (empty: headquarters), post, skills and certificates."""

    key: str
    name: str
    roles: tuple[str, ...]
    station: str = ""
    post: str = ""
    skills: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    team: str = ""


_MECHANICAL = ("maintenance", "engine", "brakes", "chassis", "alignment")
_ELECTRICAL = ("maintenance", "electrical", "high_voltage", "air_conditioning")
_SAFE = CertificateKind.SAFETY_TRAINING

PEOPLE: Final[tuple[Person, ...]] = (
    Person("wu", "吴刚", (grants.MANAGER,), "SH01", Post.MANAGER, (), (_SAFE, CertificateKind.DRIVER)),
    Person("lin", "林晓", (grants.ADVISOR,), "SH01", Post.SERVICE_ADVISOR, (), (_SAFE, CertificateKind.DRIVER)),
    Person(
        "zheng",
        "郑伟",
        (grants.FOREMAN,),
        "SH01",
        Post.FOREMAN,
        _MECHANICAL,
        (_SAFE, CertificateKind.DRIVER),
        "机电一组",
    ),
    Person(
        "zhao",
        "赵强",
        (grants.TECHNICIAN,),
        "SH01",
        Post.TECHNICIAN,
        tuple(dict.fromkeys(_MECHANICAL + _ELECTRICAL)),
        (_SAFE, CertificateKind.LOW_VOLTAGE, CertificateKind.HIGH_VOLTAGE, CertificateKind.DRIVER),
        "机电一组",
    ),
    Person("zhou", "周立", (grants.TECHNICIAN,), "SH01", Post.TECHNICIAN, _MECHANICAL, (_SAFE,), "机电一组"),
    Person(
        "fang",
        "方正",
        (grants.INSPECTOR, grants.TECHNICIAN),
        "SH01",
        Post.INSPECTOR,
        _MECHANICAL,
        (_SAFE, CertificateKind.INSPECTOR, CertificateKind.DRIVER),
    ),
    Person("sun", "孙静", (grants.KEEPER,), "SH01", Post.PARTS_KEEPER, (), (_SAFE,)),
    Person("he", "何敏", (grants.CASHIER,), "SH01", Post.CASHIER),
    Person("qian", "钱芳", (grants.WARRANTY,), "SH01", Post.WARRANTY_CLERK),
    Person("tao", "陶丽", (grants.TRACKING,), "SH01", Post.TRACKING_CLERK),
    Person("xie", "谢兰", (grants.RECEPTION, grants.COMPLAINTS), "SH01", Post.OTHER),
    Person("luo", "罗平", (grants.CLEANER,), "SH01", Post.CLEANER, (), (_SAFE,)),
    Person("gu", "顾明", (grants.DIRECTOR,)),
    Person("cai", "蔡宁", (grants.FINANCE,)),
    Person("admin_sys", "系统管理员", (grants.SYSTEM,)),
    Person("admin_sec", "安全管理员", (grants.SECURITY,)),
    Person("admin_aud", "审计管理员", (grants.AUDIT,)),
    # The stranger holds every right there is at the other station, so that only the fence can stop her.
    Person(
        "ma",
        "马莉",
        (grants.ADVISOR, *(role for role in grants.STATION if role != grants.ADVISOR)),
        "HZ01",
        Post.SERVICE_ADVISOR,
        _MECHANICAL,
        (_SAFE, CertificateKind.INSPECTOR, CertificateKind.HIGH_VOLTAGE, CertificateKind.DRIVER),
    ),
)

SKILLS: Final = {
    "maintenance": ("保养", "Maintenance"),
    "engine": ("发动机", "Engine"),
    "brakes": ("制动", "Brakes"),
    "chassis": ("底盘", "Chassis"),
    "alignment": ("四轮定位", "Wheel alignment"),
    "electrical": ("电气", "Electrical"),
    "high_voltage": ("高压系统", "High-voltage system"),
    "air_conditioning": ("空调", "Air conditioning"),
}

_BAYS: Final = (
    ("A1", "1号快修工位", BayKind.GENERAL, ("compressed_air",)),
    ("A2", "2号举升工位", BayKind.LIFT, ("two_post_lift", "compressed_air")),
    ("A3", "3号举升工位", BayKind.LIFT, ("two_post_lift", "compressed_air")),
    ("D1", "四轮定位工位", BayKind.ALIGNMENT, ("four_post_lift", "alignment_rig")),
    ("E1", "新能源高压工位", BayKind.HIGH_VOLTAGE, ("two_post_lift", "insulated_tools", "battery_lift")),
    ("J1", "接车问诊工位", BayKind.CONSULTATION, ("two_post_lift",)),
    ("Q1", "检验工位", BayKind.INSPECTION, ("brake_tester",)),
    ("X1", "洗车工位", BayKind.WASH, ("pressure_washer",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The people and places, ready to act: actors by name, and the rows behind them."""

    headquarters: Headquarters
    region: Region
    other_region: Region
    station: Station
    other_station: Station
    bays: Mapping[str, Bay]
    other_bays: Mapping[str, Bay]
    team: Team
    users: Mapping[str, User]
    staff: Mapping[str, StaffMember]
    actors: Mapping[str, Actor]
    passwords: Mapping[str, str] = field(default_factory=dict)
    wu: Actor
    lin: Actor
    zheng: Actor
    zhao: Actor
    zhou: Actor
    fang: Actor
    sun: Actor
    he: Actor
    qian: Actor
    tao: Actor
    xie: Actor
    luo: Actor
    gu: Actor
    cai: Actor
    ma: Actor
    admin_sys: Actor
    admin_sec: Actor
    admin_aud: Actor


def build_cast(at: datetime, *, with_passwords: bool = False) -> Cast:
    """Make both stations with their people and return them; without passwords nobody can sign in by password.

    `with_passwords` makes a random one for each person, given back once in `passwords`.
    """
    load_roles()
    headquarters = Headquarters.objects.create(code="HQ", name="明达汽车售后服务部", name_en="Mingda After-Sales")
    region, other_region = Region.objects.bulk_create(
        [
            Region(headquarters=headquarters, code="EAST1", name="华东一区", name_en="East China 1"),
            Region(headquarters=headquarters, code="EAST2", name="华东二区", name_en="East China 2"),
        ]
    )
    station, other_station = Station.objects.bulk_create(
        [
            Station(
                region=region,
                code="SH01",
                name="上海明达汽车服务站",
                name_en="Shanghai Mingda Service Station",
                address="上海市闵行区沪闵路1288号",
                phone="021-54880001",
            ),
            Station(
                region=other_region,
                code="HZ01",
                name="杭州明达汽车服务站",
                name_en="Hangzhou Mingda Service Station",
                address="杭州市滨江区江陵路66号",
                phone="0571-86880001",
            ),
        ]
    )
    stations = {"SH01": station, "HZ01": other_station}
    bays = Bay.objects.bulk_create(
        Bay(station=where, code=code, name=name, kind=kind, equipment=list(equipment))
        for where in (station, other_station)
        for code, name, kind, equipment in _BAYS
    )
    teams = Team.objects.bulk_create(
        [Team(station=station, name="机电一组"), Team(station=other_station, name="机电一组")]
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(
            station=where,
            weekday=weekday,
            opens=time(8, 30),
            closes=time(17, 30),
            break_starts=time(12, 0),
            break_ends=time(13, 0),
        )
        for where in (station, other_station)
        for weekday in range(6)
    )
    passwords = {person.key: secrets.token_urlsafe(12) for person in PEOPLE} if with_passwords else {}
    users = _make_users(passwords, at)
    staff = _make_staff(users, stations, {(team.station_id, team.name): team for team in teams})
    _make_memberships(users, stations)
    on = business_date(at)
    actors = {key: actor_for(user, on=on) for key, user in users.items()}
    return Cast(
        headquarters=headquarters,
        region=region,
        other_region=other_region,
        station=station,
        other_station=other_station,
        bays={bay.code: bay for bay in bays if bay.station_id == station.pk},
        other_bays={bay.code: bay for bay in bays if bay.station_id == other_station.pk},
        team=teams[0],
        users=users,
        staff=staff,
        actors=actors,
        passwords=passwords,
        **actors,
    )


def _make_users(passwords: Mapping[str, str], at: datetime) -> dict[str, User]:
    unusable = make_password(None)
    users = User.objects.bulk_create(
        User(
            username=person.key,
            name=person.name,
            password=make_password(passwords[person.key]) if passwords else unusable,
            password_changed_at=at,
        )
        for person in PEOPLE
    )
    return {user.username: user for user in users}


def _make_staff(
    users: Mapping[str, User], stations: Mapping[str, Station], teams: Mapping[tuple[int, str], Team]
) -> dict[str, StaffMember]:
    Skill.objects.bulk_create(
        (Skill(code=code, name=name, name_en=name_en) for code, (name, name_en) in SKILLS.items()),
        ignore_conflicts=True,
    )
    skills = dict(Skill.objects.values_list("code", "pk"))
    people = [person for person in PEOPLE if person.station]
    members = StaffMember.objects.bulk_create(
        StaffMember(
            station=stations[person.station],
            user=users[person.key],
            employee_number=f"E{number:03d}",
            name=person.name,
            post=person.post,
            team=teams.get((stations[person.station].pk, person.team)),
            badge=f"B{number:03d}",
        )
        for number, person in enumerate(people, start=1)
    )
    through = StaffMember.skills.through
    through.objects.bulk_create(
        through(staffmember_id=member.pk, skill_id=skills[code])
        for member, person in zip(members, people, strict=True)
        for code in person.skills
    )
    Certificate.objects.bulk_create(
        Certificate(
            staff_member=member,
            kind=kind,
            number=f"{kind[:2].upper()}-{member.employee_number}",
            valid_from=EMPLOYED_ON,
            valid_until=CERTIFIED_UNTIL,
        )
        for member, person in zip(members, people, strict=True)
        for kind in person.certificates
    )
    return {person.key: member for person, member in zip(people, members, strict=True)}


def _make_memberships(users: Mapping[str, User], stations: Mapping[str, Station]) -> None:
    roles = {role.code: role for role in Role.objects.all()}
    Membership.objects.bulk_create(
        Membership(
            user=users[person.key],
            role=roles[code],
            station=stations.get(person.station),
            administrator_kind=roles[code].administrator_kind,
            since_on=EMPLOYED_ON,
        )
        for person in PEOPLE
        for code in person.roles
    )
