'use strict';
// What the programs of this directory share: one argument in JSON, connections, words for whoever started them.

const { Redis, Cluster } = require('ioredis');

/** { front: "plain" | "cluster", addresses: ["host:port", ...], tag, ... } */
const wanted = JSON.parse(process.argv[2]);

const clients = [];

/** A connection of its own, as applications make it: to one address, or to a cluster. */
function connect(options = {}) {
  const common = { maxRetriesPerRequest: null, enableReadyCheck: true, ...options };
  const endpoints = wanted.addresses.map(address => {
    const [host, port] = address.split(':');
    return { host, port: Number(port) };
  });
  const client = wanted.front === 'cluster'
    ? new Cluster(endpoints, {
        redisOptions: common,
        clusterRetryStrategy: times => Math.min(100 + times * 50, 500),
        slotsRefreshTimeout: 2000,
        slotsRefreshInterval: 1000,
        retryDelayOnClusterDown: 100,
        retryDelayOnFailover: 100,
        maxRedirections: 64,
      })
    : new Redis({ ...endpoints[0], ...common, retryStrategy: times => Math.min(times * 50, 500) });
  client.on('error', () => {});
  clients.push(client);
  return client;
}

/** One line for whoever started this. */
function say(word, value) {
  process.stdout.write(value === undefined ? `${word}\n` : `${word} ${JSON.stringify(value)}\n`);
}

const sleep = millis => new Promise(resolve => setTimeout(resolve, millis));

/** Waits until it is true; false: it did not become so. */
async function until(condition, millis) {
  const end = Date.now() + millis;
  while (!(await condition())) {
    if (Date.now() > end) {
      return false;
    }
    await sleep(50);
  }
  return true;
}

/** Does something that may be done twice until it is known to be done: a lost connection leaves that open. */
async function surely(action, lost) {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      lost(error);
      await sleep(50);
    }
  }
}

/** Runs a program to its end. */
function run(program) {
  program().then(
    () => process.exit(0),
    error => {
      console.error(error);
      process.exit(1);
    });
}

module.exports = { wanted, connect, clients, say, sleep, until, surely, run };
