import { parseArgs } from 'node:util'
import { places } from '../dev/wrangler.mjs'
import { deploy } from './deploy-steps.mjs'

const usage = `usage: npm run deploy [-- OPTIONS]   makes what is missing, migrates, deploys and checks
  --env staging|production   production if left out
  --origin URL               the address of the Worker; written into wrangler.toml
  --mail-from ADDRESS        the sender of all mail; written into wrangler.toml
  --dry-run                  shows every step and changes nothing`

const options = readOptions()
try {
  await deploy(options)
} catch (error) {
  console.error(
    `\n${error.message}\n\nNot deployed, or not well. Once that is right, give the same command again.`,
  )
  process.exit(1)
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        env: { type: 'string', default: 'production' },
        origin: { type: 'string' },
        'mail-from': { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
      },
    })
    if (!['staging', 'production'].includes(values.env)) throw new Error(`No --env ${values.env}`)
    return {
      environment: values.env,
      isDryRun: values['dry-run'],
      config: places.dev.config,
      origin: values.origin,
      mailFrom: values['mail-from'],
    }
  } catch (error) {
    console.error(`${error.message}\n${usage}`)
    process.exit(2)
  }
}
