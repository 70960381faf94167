'use strict';
// rate-limiter-flexible under load: never more points than allowed in the life of a key. Says "kill" after a third of the
// time.

const { RateLimiterRedis } = require('rate-limiter-flexible');
const { wanted, connect, say, sleep, run } = require('./connect.cjs');

const POINTS = 25;
const SECONDS = 1;
const PATIENCE_MILLIS = 60_000;

async function main() {
  const limiters = [0, 1, 2, 3].map(() =>
    new RateLimiterRedis({ storeClient: connect(), keyPrefix: `{${wanted.tag}}:${wanted.front}`, points: POINTS, duration: SECONDS }));
  const passed = [];
  let refused = 0;
  let failed = 0;
  const begin = Date.now();
  const end = begin + wanted.millis;
  let killed = end;
  // Until somebody has passed after the leader was killed, however slow the machine.
  const goesOn = () => Date.now() < end || (Date.now() < end + PATIENCE_MILLIS && passed.every(one => one.asked < killed));
  const callers = limiters.flatMap(limiter => [0, 1, 2].map(async () => {
    while (goesOn()) {
      const asked = Date.now();
      try {
        const one = await limiter.consume('user', 1);
        passed.push({ asked, answered: Date.now(), left: one.remainingPoints, next: one.msBeforeNext });
      } catch (refusal) {
        if (refusal instanceof Error) {
          failed++;
        } else {
          refused++;
        }
        await sleep(5);
      }
    }
  }));
  say('ready');
  await sleep(wanted.millis / 3);
  say('kill', { passed: passed.length });
  killed = Date.now();
  setTimeout(() => say('heal'), 3000);
  await Promise.all(callers);
  // Every window gives each remainder once: who has passed with the same remainder belongs to another window, and those
  // do not begin less than a second apart.
  const firsts = passed.filter(one => one.left === POINTS - 1).sort((a, b) => a.asked - b.asked);
  let close = 0;
  for (let i = 1; i < firsts.length; i++) {
    if (firsts[i].answered - firsts[i - 1].asked < SECONDS * 1000 - 1) {
      close++;
    }
  }
  const perRemainder = new Map();
  passed.forEach(one => perRemainder.set(one.left, (perRemainder.get(one.left) || 0) + 1));
  const windows = Math.floor((Date.now() - begin) / (SECONDS * 1000)) + 1;
  const most = Math.max(...perRemainder.values());
  const wrong = [];
  if (close > 0) {
    wrong.push(`${close} windows began less than ${SECONDS} s after the one before`);
  }
  if (most > windows) {
    wrong.push(`${most} times the same remainder in ${windows} windows`);
  }
  if (passed.every(one => one.asked < killed)) {
    wrong.push('nobody has passed since the leader was killed');
  }
  say('report', { passed: passed.length, refused, failed, windows, allowed: windows * POINTS });
  say('wrong', wrong);
}

run(main);
