// The calendar formats dates by its `locale`, but its buttons and few words stay English without these.
const zh = {
  locale: "zh-CN",
  firstDay: 1,
  buttonText: {
    today: "今天",
    prev: "上一段",
    next: "下一段",
    close: "关闭",
    dayGridMonth: "月",
    listDay: "日列表",
    listWeek: "周列表",
    listMonth: "月列表",
    listYear: "年列表",
    resourceTimelineDay: "日",
    resourceTimelineWeek: "周",
    resourceTimelineMonth: "月",
    resourceTimeGridDay: "日",
    resourceTimeGridWeek: "周",
    timeGridDay: "日",
    timeGridWeek: "周",
  },
  allDayContent: "全天",
  noEventsContent: "没有安排",
  moreLinkContent: ({ num }) => `还有 ${num} 项`,
};

const en = {
  locale: "en-GB",
  firstDay: 1,
  buttonText: { today: "Today", resourceTimelineDay: "Day", resourceTimelineWeek: "Week" },
};

export const words = document.documentElement.lang.startsWith("zh") ? zh : en;
