// Chart.js, as the system has it: its address does not depend on ours.
const library = await import(new URL("assets/chart.js/chart.mjs", document.baseURI));

export const { Chart, Filler, LinearScale, LineController, LineElement, PointElement, Tooltip } = library;
