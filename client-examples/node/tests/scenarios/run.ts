// scenario NAME: what tests/clients/run judges by the directory's log. The last line of one that succeeded is "ok NAME".
import { scenarios } from './scenarios.js';

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (!scenario) throw new Error(`no scenario "${name}"; there are ${Object.keys(scenarios).join(', ')}`);
await scenario();
console.log(`ok ${name}`);
