import { startAzurite } from '../test/builders/azurite.ts';
import { foldCost } from './fold-cost.ts';
import { storedHistoryCost } from './stored-history.ts';

/**
 * What one more record of a user costs after a short and after a long history. Budget: after 10,000 records at most twice what it costs
 * after 100, in CPU and in storage transactions; and a first evaluation of them linear.
 */
const sizes = [100, 1_000, 10_000] as const;

foldCost(100);
console.log('evaluation alone');
console.log('records   first evaluation   one more record   remembered');
const folds = new Map(sizes.map((size) => [size, foldCost(size)]));
for (const [count, { first, next, remembered }] of folds) {
  console.log(
    `${String(count).padEnd(10)}${first.toFixed(0).padStart(13)} ms${next.toFixed(2).padStart(15)} ms${(remembered / 1024).toFixed(1).padStart(11)} KB`,
  );
}

console.log('\nstored and evaluated, in tables of the emulator (its own work not counted)');
console.log('records   first evaluation                  one more record');
const azurite = await startAzurite();
const stored = new Map<number, Awaited<ReturnType<typeof storedHistoryCost>>>();
try {
  await storedHistoryCost(azurite.connectionString, 80);
  for (const count of sizes) {
    const cost = await storedHistoryCost(azurite.connectionString, count);
    stored.set(count, cost);
    const { firstTransactions, firstCpuMilliseconds, transactions, cpuMilliseconds } = cost;
    console.log(
      `${String(count).padEnd(10)}${String(firstTransactions).padStart(4)} transactions ${firstCpuMilliseconds.toFixed(0).padStart(6)} ms CPU ${String(transactions).padStart(6)} transactions ${cpuMilliseconds.toFixed(1).padStart(6)} ms CPU`,
    );
  }
} finally {
  await azurite.stop();
}

const ratios = {
  'CPU of an evaluation after one more record, 10,000 against 100': ratio(
    folds.get(10_000)?.next,
    folds.get(100)?.next,
  ),
  'CPU of one more record stored and evaluated': ratio(
    stored.get(10_000)?.cpuMilliseconds,
    stored.get(100)?.cpuMilliseconds,
  ),
  'storage transactions of one more record': ratio(
    stored.get(10_000)?.transactions,
    stored.get(100)?.transactions,
  ),
  'a record of a first evaluation of 10,000 against one of 1,000': ratio(
    (folds.get(10_000)?.first ?? NaN) / 10,
    folds.get(1_000)?.first,
  ),
};
console.log(
  '\nbefore (commit c001371): one evaluation of 3,000 such records took 25 s, of 10,000 216 s, each time; 10 transactions and more',
);
for (const [what, value] of Object.entries(ratios)) {
  console.log(`${what}: ${value.toFixed(2)} (budget 2)`);
  if (!(value <= 2)) process.exitCode = 1;
}

function ratio(value: number | undefined, other: number | undefined): number {
  return (value ?? NaN) / (other ?? NaN);
}
