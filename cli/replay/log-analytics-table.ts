import { asObject } from '../../shared/json/json-value.ts';

/**
 * The names of the columns of a table in an answer of the Log Analytics query API, `{name, columns: [{name, type}], rows: [[…]]}`, from
 * its text up to the key `rows`. Undefined where it names none.
 */
export function columnsOf(textBeforeRows: string): string[] | undefined {
  let table: unknown;
  try {
    table = JSON.parse(`${textBeforeRows.trimEnd().replace(/,$/, '')}}`);
  } catch {
    return undefined;
  }
  const columns = asObject(table)?.['columns'];
  if (!Array.isArray(columns)) return undefined;
  return columns.map((column: unknown) => {
    const name = asObject(column)?.['name'];
    return typeof name === 'string' ? name : '';
  });
}

/** A row as the object that the same record is elsewhere; anything but a row stays what it is, for its reader to refuse. */
export function rowAsObject(columns: readonly string[], row: unknown): unknown {
  if (!Array.isArray(row)) return row;
  return Object.fromEntries(columns.map((column, index) => [column, row[index] as unknown]));
}
