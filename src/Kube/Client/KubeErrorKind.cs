namespace Tenon.Kube.Client;

/// <summary>
/// What a caller can do about a failure. The server's <c>reason</c> decides, its status code where it gave none.
/// </summary>
public enum KubeErrorKind
{
    /// <summary>404.</summary>
    NotFound,

    /// <summary>409, reason AlreadyExists: somebody created it first.</summary>
    AlreadyExists,

    /// <summary>
    /// 409: the object changed since it was read, or the operation clashes with its state. Read again, decide again.
    /// </summary>
    Conflict,

    /// <summary>422: validation or admission said no. Repeating cannot help.</summary>
    Invalid,

    /// <summary>403: the credentials are good, the rights are not.</summary>
    Forbidden,

    /// <summary>401: no or bad credentials.</summary>
    Unauthorized,

    /// <summary>429: slow down; for an eviction, a disruption budget stands in the way.</summary>
    TooManyRequests,

    /// <summary>410: the version or continue token is too old. List again.</summary>
    Gone,

    /// <summary>No reply, 502, 503 or 504: the request may or may not have been carried out.</summary>
    Unavailable,

    /// <summary>405, 406, 415 or 501: this server cannot do that.</summary>
    Unsupported,

    /// <summary>400 and other refusals of the request itself.</summary>
    BadRequest,

    /// <summary>500, or a reply that does not parse.</summary>
    Internal,
}
