// Loaded in <head> before anything is drawn. The server has already written the theme when the user chose one
// (cookie `theme`); only "follow the system" is decided here, because a server cannot know it.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.themeChoice !== "auto") return;
    root.setAttribute("data-bs-theme", system.matches ? "dark" : "light");
  };
  follow();
  system.addEventListener("change", follow);
})();
