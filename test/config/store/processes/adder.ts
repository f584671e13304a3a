import { openCounting } from './counting.ts';

/** A process in which several clients add to one number: `adder.ts FILE NAME CLIENTS TIMES`. */
const [file = '', name = '', clients = '1', times = '1'] = process.argv.slice(2);
await using store = await openCounting(file, name);

async function client(number: number): Promise<void> {
  const key = `${name}-${number}`;
  for (let done = 0; done < Number(times); done += 1) {
    await store.transaction((tx) => {
      const settings = tx.load();
      settings.counter += 1;
      settings.clients[key] = (settings.clients[key] ?? 0) + 1;
      tx.save(settings);
    });
  }
}

await Promise.all(
  Array.from({ length: Number(clients) }, async (_, number) => await client(number)),
);
