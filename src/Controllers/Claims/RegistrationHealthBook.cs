using Tenon.Domain.Claims;

namespace Tenon.Controllers.Claims;

/// <summary>
/// Registration health by pool UID, for the life of the process; seeded from the pools' conditions after a restart.
/// </summary>
internal sealed class RegistrationHealthBook
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RegistrationHealth> _byPool = new(StringComparer.Ordinal);

    public RegistrationHealth Of(string poolUid)
    {
        lock (_gate)
            return _byPool.GetValueOrDefault(poolUid, RegistrationHealth.Unknown);
    }

    public void Set(string poolUid, RegistrationHealth health)
    {
        lock (_gate)
            _byPool[poolUid] = health;
    }

    public void Add(string poolUid, bool success)
    {
        lock (_gate)
            _byPool[poolUid] = _byPool.GetValueOrDefault(poolUid, RegistrationHealth.Unknown).With(success);
    }
}
