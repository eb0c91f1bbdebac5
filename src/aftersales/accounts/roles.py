"""The posts the standard names (ORG-01 to ORG-18), each as a role with the rights it starts with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aftersales.accounts import grants
from aftersales.accounts.choices import AdministratorKind, Tier
from aftersales.accounts.grants import codes_of
from aftersales.core.permissions import require_known


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One post: stable code, its names, where it sits, the clauses that ask for it, and the rights it starts with."""

    code: str
    name: str
    name_en: str
    tier: Tier
    clauses: tuple[str, ...] = ()
    administrator_kind: str = ""
    requires_second_factor: bool = False

    @property
    def permissions(self) -> tuple[str, ...]:
        return codes_of(self.code)


_S, _H, _A = Tier.STATION, Tier.HEADQUARTERS, Tier.ADMINISTRATION

ROLES: Final[tuple[RoleRow, ...]] = (
    RoleRow(grants.MANAGER, "站长", "Station head", _S, ("ORG-16", "ORG-20")),
    RoleRow(grants.BUSINESS, "业务主管", "Business supervisor", _S, ("ORG-11",)),
    RoleRow(grants.ADVISOR, "服务顾问", "Service advisor", _S, ("ORG-13", "ORG-19")),
    RoleRow(grants.RECEPTION, "前台接待", "Receptionist", _S, ("ORG-15",)),
    RoleRow(grants.FOREMAN, "车间主管", "Workshop foreman", _S, ("ORG-14",)),
    RoleRow(grants.TECHNICIAN, "维修技师", "Technician", _S, ("ORG-14", "DIAG-06")),
    RoleRow(grants.INSPECTOR, "质检员", "Quality inspector", _S, ("ORG-17",)),
    RoleRow(grants.KEEPER, "配件管理员", "Parts keeper", _S, ("ORG-03", "SAFE-12")),
    RoleRow(grants.CASHIER, "收银员", "Cashier", _S, ("ORG-10",)),
    RoleRow(grants.WARRANTY, "索赔员", "Warranty clerk", _S, ("ORG-02", "ORG-05")),
    RoleRow(grants.TRACKING, "跟踪业务员", "Tracking clerk", _S, ("ORG-12",)),
    RoleRow(grants.COMPLAINTS, "投诉专员", "Complaint handler", _S, ("ORG-18",)),
    RoleRow(grants.SAFETY, "安全员", "Safety officer", _S, ("ORG-16",)),
    RoleRow(grants.CLEANER, "洗车工", "Wash worker", _S),
    RoleRow(grants.DIRECTOR, "售后总监", "After-sales director", _H, ("ORG-01",)),
    RoleRow(grants.PROBLEMS, "问题受理与三包", "Problem intake and warranty desk", _H, ("ORG-02",)),
    RoleRow(grants.NETWORK, "网络与配件", "Network and parts desk", _H, ("ORG-03",)),
    RoleRow(grants.RETURN_VISITS, "回访与反馈", "Return visits and feedback", _H, ("ORG-04",)),
    RoleRow(grants.PARTS_UNIT, "配件组", "Parts unit", _H, ("ORG-05",)),
    RoleRow(grants.INFORMATION_UNIT, "信息处理组", "Information unit", _H, ("ORG-05",)),
    RoleRow(grants.TECHNOLOGY_UNIT, "售后技术组", "After-sales technology unit", _H, ("ORG-05",)),
    RoleRow(grants.CLAIMS_UNIT, "索赔组", "Claims unit", _H, ("ORG-05",)),
    RoleRow(grants.QUALITY, "质量管理部", "Quality manager", _H, ("ORG-06",)),
    RoleRow(grants.PURCHASING, "采购部", "Purchasing", _H, ("ORG-07",)),
    RoleRow(grants.GENERAL, "总经理", "General manager", _H, ("ORG-08",)),
    RoleRow(grants.TECHNICAL_CENTRE, "技术中心", "Technical centre", _H, ("ORG-09",)),
    RoleRow(grants.FINANCE, "财务部", "Finance", _H, ("ORG-10",)),
    RoleRow(grants.REGIONAL, "区域经理", "Regional manager", _H, ("ORG-03",)),
    RoleRow(grants.SYSTEM, "系统管理员", "System administrator", _A, (), AdministratorKind.SYSTEM, True),
    RoleRow(grants.SECURITY, "安全管理员", "Security administrator", _A, (), AdministratorKind.SECURITY, True),
    RoleRow(grants.AUDIT, "审计管理员", "Audit administrator", _A, (), AdministratorKind.AUDIT, True),
)

BY_CODE: Final = {row.code: row for row in ROLES}


def require_known_codes() -> None:
    """Raise UnknownPermission when the table grants a code that no app has registered; called at start-up."""
    require_known(grants.GRANTS)
