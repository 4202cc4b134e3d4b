// Cividis: perceptually uniform, also for people with a colour vision deficiency.
// Nuñez, Anderton and Renslow (2018), doi:10.1371/journal.pone.0199239; every tenth of matplotlib's table.
const STOPS = [
  [0, 34, 78], [8, 51, 112], [53, 69, 108], [79, 87, 108], [102, 105, 112], [125, 124, 120],
  [148, 142, 119], [174, 163, 113], [200, 184, 102], [229, 207, 82], [254, 232, 56],
];

/** Paint a canvas, one pixel a cell. The columns have shares of the scale, 0 to 1; NaN stays transparent. */
export function paint(canvas, columns) {
  const image = new ImageData((canvas.width = columns.length), (canvas.height = columns[0].length));
  const put = (x) => (share, y) => share >= 0 && image.data.set([...color(share), 255], 4 * (y * image.width + x));
  columns.forEach((column, x) => column.forEach(put(x)));
  canvas.getContext("2d").putImageData(image, 0, 0);
}
function color(share) {
  const place = share * (STOPS.length - 1);
  const [below, above] = [STOPS[Math.floor(place)], STOPS[Math.ceil(place)]];
  return below.map((value, channel) => value + (place % 1) * (above[channel] - value));
}
