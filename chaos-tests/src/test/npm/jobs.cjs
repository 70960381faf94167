'use strict';
// A day in the life of BullMQ in some seconds: plain jobs, jobs that fail twice, delayed ones, ones with priorities, flows
// of a parent and its children, a queue with a rate limit, and a listener to the queue's events. When a third of the jobs
// is done it says "kill", some seconds later "heal"; at the end it says what became of every job.

const { Queue, Worker, QueueEvents, FlowProducer } = require('bullmq');
const { wanted, connect, say, sleep, until, surely, run } = require('./connect.cjs');

const prefix = `{${wanted.tag}}:${wanted.front}`;
const ATTEMPTS = 3;
const LIMIT = { max: 40, duration: 1000 };
const WORKER = { prefix, lockDuration: 4000, stalledInterval: 1000, maxStalledCount: 20, drainDelay: 1, runRetryDelay: 500 };
// BullMQ takes any error for the job's own failure, also a refusal of the script that was to complete it: such a job is
// only done again if it has attempts left.
const SPARE = 3;
const LASTING = { attempts: 1 + SPARE, removeOnComplete: false, removeOnFail: false };

const errors = new Map();
const note = error => errors.set(error.message.slice(0, 90), (errors.get(error.message.slice(0, 90)) || 0) + 1);

function queue(name) {
  return new Queue(name, { connection: connect(), prefix, streams: { events: { maxLen: 1_000_000 } } });
}

// Not executed, says the server, so that it may be tried again.
let refused = 0;

function worker(name, processor, options = {}) {
  const made = new Worker(name, processor, { connection: connect(), ...WORKER, ...options });
  made.on('error', note);
  made.on('failed', (job, error) => {
    if (/^(TRYAGAIN|CLUSTERDOWN) /.test(error.message)) {
      refused++;
      note(error);
    }
  });
  return made;
}

/** How job i is to run. */
function optionsOf(i) {
  const options = { jobId: `job-${i}`, ...LASTING };
  if (i % 10 === 3) {
    Object.assign(options, { attempts: ATTEMPTS + SPARE, backoff: { type: 'fixed', delay: 100 } });
  } else if (i % 7 === 2) {
    options.delay = (i * 37) % 6000;
  } else if (i % 5 === 1) {
    options.priority = 1 + i % 9;
  }
  return options;
}

async function main() {
  const runs = new Map();
  const early = [];
  const work = queue('work');
  let done = 0;
  let killed = false;
  const process = async job => {
    runs.set(job.id, (runs.get(job.id) || 0) + 1);
    if (job.opts.delay && Date.now() < job.timestamp + job.opts.delay - 2) {
      early.push(job.id);
    }
    await sleep((job.data.i * 13) % 20);
    if (job.opts.attempts === ATTEMPTS + SPARE && job.attemptsMade < ATTEMPTS - 1) {
      throw new Error('not yet');
    }
    done++;
    return job.data.i * 2;
  };
  const more = [0, 1, 2].map(() => worker('work', process, { concurrency: 8 }));

  // What the events say: of each job how often it was completed or failed, each event counted once.
  const seen = new Set();
  const completed = new Map();
  let stalled = 0;
  const events = new QueueEvents('work', { connection: connect(), prefix, lastEventId: '0-0' });
  events.on('error', note);
  events.on('completed', ({ jobId }, id) => {
    if (!seen.has(id)) {
      seen.add(id);
      completed.set(jobId, (completed.get(jobId) || 0) + 1);
    }
  });
  events.on('stalled', () => stalled++);
  await events.waitUntilReady();

  // A rate limit that all workers of a queue share.
  const limited = queue('limited');
  const starts = [];
  const limitedWorkers = [0, 1].map(() => worker('limited', async job => {
    starts.push([job.processedOn, job.id]);
  }, { concurrency: 10, limiter: LIMIT }));

  // Flows: the parent gets what its children returned.
  const flows = new FlowProducer({ connection: connect(), prefix });
  const parents = queue('parents');
  const sums = new Map();
  const flowWorkers = [
    worker('children', async job => job.data.n, { concurrency: 5 }),
    worker('parents', async job => {
      const values = Object.values(await job.getChildrenValues());
      sums.set(job.id, values.length === 4 ? values.reduce((a, b) => a + b, 0) : -1);
    }, { concurrency: 2 }),
  ];

  const adding = (async () => {
    for (let i = 0; i < wanted.jobs; i += 50) {
      const some = [];
      for (let j = i; j < Math.min(i + 50, wanted.jobs); j++) {
        some.push({ name: 'work', data: { i: j, text: 'x'.repeat(j % 200) }, opts: optionsOf(j) });
      }
      await surely(() => work.addBulk(some), note);
      if (i % 200 === 0) {
        await sleep(20);
      }
    }
  })();
  const limiting = (async () => {
    for (let i = 0; i < wanted.limited; i++) {
      await surely(() => limited.add('limited', { i }, { jobId: `limited-${i}`, ...LASTING }), note);
    }
  })();
  const flowing = (async () => {
    for (let i = 0; i < wanted.flows; i++) {
      await surely(() => flows.add({
        name: 'parent', queueName: 'parents', data: { i }, opts: { jobId: `parent-${i}`, ...LASTING },
        children: [1, 2, 3, 4].map(n => ({
          name: 'child', queueName: 'children', data: { n }, opts: { jobId: `child-${i}-${n}`, ...LASTING } })),
      }), note);
      await sleep(10);
    }
  })();

  say('ready');
  const killer = setInterval(() => {
    if (!killed && done > wanted.jobs / 3) {
      killed = true;
      say('kill', { done, parents: sums.size, limited: starts.length });
      setTimeout(() => say('heal'), 3000);
    }
  }, 20);
  await Promise.all([adding, limiting, flowing]);
  const whole = await until(async () => {
    const [a, b, c] = await Promise.all(
      [work, limited, parents].map(one => surely(() => one.getCompletedCount(), note)));
    return a === wanted.jobs && b === wanted.limited && c === wanted.flows && completed.size === wanted.jobs;
  }, 120_000);
  clearInterval(killer);

  const results = [];
  for (const job of await surely(() => work.getCompleted(0, wanted.jobs), note)) {
    results.push([job.id, job.returnvalue, job.attemptsMade]);
  }
  const expected = id => (Number(id.slice(4)) % 10 === 3 ? ATTEMPTS : 1);
  let extra = 0;
  runs.forEach((count, id) => extra += count - expected(id));
  starts.sort((a, b) => a[0] - b[0]);
  // A window of the limiter opens with its first job: no duration may see more than two windows' worth.
  let most = 0;
  for (let from = 0, to = 0; to < starts.length; to++) {
    while (starts[to][0] - starts[from][0] >= LIMIT.duration) {
      from++;
    }
    most = Math.max(most, to - from + 1);
  }
  const counts = await surely(() => work.getJobCounts(), note);
  const once = [...completed.values()].filter(count => count === 1).length;
  const wrong = [];
  const check = (good, what) => good || wrong.push(what);
  check(whole, 'jobs are lost, or their events');
  check(counts.completed === wanted.jobs && counts.failed === 0, `of the jobs ${JSON.stringify(counts)}`);
  check(once === wanted.jobs, `${once} jobs were completed once`);
  check(results.every(([id, value]) => value === 2 * Number(id.slice(4))), 'a result is not that of its job');
  check(early.length === 0, `too early: ${early}`);
  check(extra <= stalled + refused, `${extra} runs too many, ${stalled} stalled, ${refused} refused`);
  check(sums.size === wanted.flows && [...sums.values()].every(sum => sum === 10), 'a parent has not what its children returned');
  check(most <= 2 * LIMIT.max, `${most} jobs in ${LIMIT.duration} ms`);
  const seconds = (starts.at(-1)[0] - starts[0][0]) / 1000;
  check(seconds > (Math.ceil(wanted.limited / LIMIT.max) - 1) * LIMIT.duration / 1000 - 0.1, `the limited took ${seconds} s`);
  say('report', {
    jobs: counts.completed, ran: [...runs.values()].reduce((a, b) => a + b, 0), again: extra, stalled, refused,
    parents: sums.size, limited: starts.length, limitedMost: most, limitedSeconds: seconds,
    errors: Object.fromEntries(errors),
  });
  say('wrong', wrong);
  await Promise.race([
    Promise.all([...more, ...limitedWorkers, ...flowWorkers, events, work, limited, parents, flows].map(one => one.close())),
    sleep(5000)]);
}

run(main);
