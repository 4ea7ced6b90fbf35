import { createApp } from '../src/app'
import { withMailbox } from './mailbox'

// What `npm run dev` serves: the app of src/index.ts and a mailbox beside it.
export default withMailbox(createApp())
