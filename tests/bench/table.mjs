// Prints rows as a table for a terminal of a given width.

import { getBorderCharacters, table } from 'table';

const columns = ['what', 'measured', 'to reach', 'peer or limit', 'ratio'];

/** Rows: {what, unit, measured, compared, ratio, to_reach?, peer}; see README.md. */
export function drawTable(rows, width) {
  const cells = rows.map(({ what, unit, measured, compared, ratio, to_reach = {}, peer }) => {
    const labels = Object.keys(measured);
    return [
      what,
      figures(measured, unit),
      [
        aim('ratio', ratio, to_reach.ratio, '×'),
        ...labels.map((label) => aim(label, measured[label], to_reach[label], ` ${unit}`)),
      ].filter((line) => line !== ''),
      [peer, ...figures(compared, unit)],
      ratio < 0.1 ? `1/${show(1 / ratio)}` : `${show(ratio)}×`,
    ].map((cell) => [cell].flat().join('\n'));
  });
  return table([columns, ...cells], {
    border: getBorderCharacters('norc'),
    columns: columnsFor([columns, ...cells], width),
  });
}

/** A line for each, the numbers below one another. */
function figures(numbers, unit) {
  const rows = Object.entries(numbers).map(([label, number]) => [label, show(number)]);
  const [labels, texts] = [0, 1].map((side) => Math.max(...rows.map((row) => row[side].length)));
  return rows.map(([label, text]) => `${label.padEnd(labels)} ${text.padStart(texts)} ${unit}`);
}

/** Three digits, thousands apart. */
function show(number) {
  const digits = number >= 100 ? 0 : number >= 10 ? 1 : number >= 1 ? 2 : 3;
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function aim(label, number, limit, unit) {
  return limit === undefined ? '' : `${label} ≤ ${limit}${unit} ${number <= limit ? '✓' : '✗'}`;
}

/** The columns of figures are as wide as they need to be; the two of words share the rest. */
function columnsFor(rows, width) {
  const widths = columns.map((_, column) =>
    Math.max(...rows.flatMap((row) => row[column].split('\n')).map((line) => line.length)),
  );
  const borders = 3 * columns.length + 1;
  const words = Math.max(40, width - borders - widths[1] - widths[2] - widths[4]);
  widths[0] = Math.min(widths[0], Math.ceil(words * 0.55));
  widths[3] = Math.min(widths[3], words - widths[0]);
  return widths.map((each, column) => ({
    width: each,
    wrapWord: true,
    alignment: column === 4 ? 'right' : 'left',
  }));
}
