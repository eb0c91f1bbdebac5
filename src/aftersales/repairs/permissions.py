from django.utils.translation import gettext_lazy as _

from aftersales.core.permissions import permission


class P:
    VIEW = permission("repairs.order:view", _("Everybody of the station who works on visits sees its repair orders."))
    RECEIVE = permission("repairs.order:receive", _("Service advisors receive vehicles."))
    DIAGNOSE = permission("repairs.order:diagnose", _("Service advisors and technicians record the diagnosis."))
    RULE_COVERAGE = permission(
        "repairs.order:rule_coverage", _("Warranty clerks and headquarters rule on doubtful coverage.")
    )
    ESTIMATE = permission("repairs.order:estimate", _("Service advisors price the work and issue estimates."))
    DISCOUNT = permission("repairs.order:discount", _("Managers may grant more discount than an advisor's limit."))
    CONSENT = permission("repairs.order:consent", _("Service advisors record what the customer agreed to or declined."))
    DISPATCH = permission(
        "repairs.order:dispatch", _("Foremen, advisors and managers assign technicians, bays and promise times.")
    )
    ISSUE_PARTS = permission("repairs.order:issue_parts", _("Parts keepers issue parts to a line and take them back."))
    WORK = permission("repairs.order:work", _("Technicians clock on and off and report their work."))
    INSPECT = permission("repairs.order:inspect", _("Certified inspectors pass or fail finished work."))
    WASH = permission("repairs.order:wash", _("Workshop staff report the wash."))
    DELIVER = permission(
        "repairs.order:deliver", _("Service advisors take finished vehicles over and hand them to customers.")
    )
    SETTLE = permission("repairs.order:settle", _("Service advisors and cashiers post the settlement."))
    NOTE_PAYMENT = permission("repairs.order:note_payment", _("Cashiers mark an order paid, by taking the payment."))
    ARCHIVE = permission("repairs.order:archive", _("Tracking clerks and advisors archive finished visits."))
    CANCEL = permission("repairs.order:cancel", _("Service advisors and managers cancel, suspend and resume orders."))
    REOPEN = permission("repairs.order:reopen", _("Managers send a finished order back to work."))
    CHANGE_ADVISOR = permission("repairs.order:change_advisor", _("Managers hand an order to another advisor."))
    AUTHORIZE_DEPARTURE = permission(
        "repairs.order:authorize_departure", _("Managers authorise a departure from the process, with a reason.")
    )
    IMPORT_HISTORY = permission("repairs.order:import_history", _("Managers import the history of repair orders."))
