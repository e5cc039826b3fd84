import { Link } from '@tanstack/react-router';
import { Empty } from '../components/states.tsx';

export function NotFound() {
  return (
    <div className="p-6">
      <h1 className="mb-4 text-title font-semibold">Not found</h1>
      <Empty
        title="There is no such page"
        action={
          <Link to="/months" className="text-accent underline">
            Go to the months
          </Link>
        }
      >
        The address may come from another version of Tieout.
      </Empty>
    </div>
  );
}
