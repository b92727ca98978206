// Runs before the first paint, so that a chosen theme does not flash; src/ui/theme.ts owns the choice.
try {
  const theme = localStorage.getItem("ameide.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is off: the system's theme applies.
}
