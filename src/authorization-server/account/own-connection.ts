// The connection that an address below `/account/connections` names.
import type { Context } from 'koa'
import type { Grant } from '../../grants/grant-record.ts'
import type { PageSuppliers } from '../page-suppliers.ts'
import { sendPage } from '../views/layout.ts'
import { problemPage } from '../views/problem.ts'
import type { Visitor, Visits } from './visitor.ts'

/** A page about the connection that the address names, if it is this person's. */
export const ownConnections =
  (visits: Visits, { grants }: Pick<PageSuppliers, 'grants'>) =>
  (use: (visitor: Visitor, grant: Grant) => Promise<void>, options?: { onlyTakes: boolean }) =>
    visits.page(async (visitor) => {
      const { ctx, accountId, frame } = visitor
      const grant = await grants.findOwn(idIn(ctx), accountId)
      if (grant) return use(visitor, grant)
      ctx.status = 404
      const view = problemPage({
        title: 'There is no such connection',
        happened: 'It has ended, was revoked, or belongs to another account.',
        remedy: 'Your account page shows what is connected now.',
        sandbox: frame.sandbox,
        link: { to: '/account', says: 'Open the account page' },
      })
      return sendPage(ctx, view)
    }, options)

const idIn = (ctx: Context): string => String(ctx.params.id ?? '')
