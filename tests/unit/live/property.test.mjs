// Whatever happens on the way, whoever listens ends with exactly the channel's events, in order.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { chance } from "./stand.mjs";
import { World } from "./world.mjs";

const STEPS = 60;
const FIRST = Number(process.env.SEED ?? 0);
const SEEDS = Number(process.env.SEEDS ?? 10);

async function lived(seed, options) {
  const numbers = chance(seed);
  const random = mock.method(Math, "random", numbers);
  const world = new World(numbers, options);
  for (let step = 0; step < STEPS; step++) await world.step();
  await world.settle();
  random.mock.restore();
  for (const { live } of world.people) live.close();
  return world;
}

// The numbers from the first that was heard to a last one.
const through = (numbers, last) => Array.from({ length: last - numbers[0] + 1 }, (_, at) => numbers[0] + at);

for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
  test(`in world ${seed} everybody hears all, once, in order`, async () => {
    const world = await lived(seed);
    const stayed = world.hearings.filter((one) => !one.ended);
    for (const { name, heard, segments } of world.hearings) {
      assert.equal(segments.length, 1, `a resync in ${name}`);
      const [numbers] = segments;
      if (numbers.length) assert.deepEqual(numbers, through(numbers, numbers.at(-1)));
      if (numbers.length && heard.begins.length) assert.ok(numbers[0] <= heard.begins[0] + 1);
    }
    for (const { name, segments } of stayed) assert.equal(segments[0].at(-1), world.streams.get(name).seq);
  });

  test(`in world ${seed}, which forgets, gaps are told`, async () => {
    const world = await lived(seed, { forgets: true });
    for (const { segments } of world.hearings) {
      const heard = segments.flat();
      assert.deepEqual(heard, [...new Set(heard)].sort((one, other) => one - other));
      for (const some of segments.filter((one) => one.length)) {
        assert.deepEqual(some, through(some, some.at(-1)));
      }
    }
    for (const { name, segments, ended } of world.hearings) {
      if (!ended) assert.equal(segments.at(-1).at(-1), world.streams.get(name).seq);
    }
  });
}
